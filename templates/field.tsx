import type { FieldErrors } from './views.ts'
import { useWords } from './words.tsx'

interface FieldProps {
  name: string
  /** Where a page has several fields of one name. */
  id?: string
  label: string
  hint?: string
  error?: string
  type?: 'text' | 'tel' | 'password'
  value?: string
  autocomplete: string
  inputmode?: 'tel' | 'numeric'
}

/** A labelled field, its hint above it and, when it was refused, the reason below it. */
export function Field({ name, id = name, label, hint, error, type = 'text', ...input }: FieldProps) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      <input
        id={id}
        name={name}
        type={type}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={described || undefined}
        {...input}
      />
      {error && (
        <p id={`${id}-error`} class="error">
          {error}
        </p>
      )}
    </div>
  )
}

/**
 * On top of a refused form: each reason, as a link to its field. It takes the focus, so that a screen reader begins here.
 * A reason whose field is not on the form (`fields`) stands as a plain sentence.
 */
export function ErrorSummary({
  errors,
  fields,
  prefix = '',
}: {
  errors: FieldErrors
  fields: string[]
  /** Of the ids of the fields, where a page has several forms. */
  prefix?: string
}) {
  const words = useWords()
  const found = Object.entries(errors).filter(([, sentence]) => sentence)
  if (found.length === 0) return null
  return (
    <section class="error-summary" aria-labelledby="to-put-right" tabindex={-1} autofocus>
      <h2 id="to-put-right">{words.form.toPutRight(found.length)}</h2>
      <ul>
        {found.map(([name, sentence]) => (
          <li>{fields.includes(name) ? <a href={`#${prefix}${name}`}>{sentence}</a> : sentence}</li>
        ))}
      </ul>
    </section>
  )
}
