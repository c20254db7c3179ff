import { Field } from './field.tsx'
import type { ConfirmView, FieldErrors } from './views.ts'
import { useWords } from './words.tsx'

/** The fields by which someone who is signed in shows that it is them; their names, for the summary on top of the form, are `confirmFields`. */
export function ConfirmFields({ errors, asksCode }: ConfirmView) {
  const words = useWords().confirm
  return (
    <>
      <Field
        name="password"
        type="password"
        label={words.password}
        hint={words.passwordHint}
        error={errors.password}
        autocomplete="current-password"
      />
      {asksCode && <CodeField errors={errors} />}
    </>
  )
}

/** @param prefix of its id, where a page has several */
export function CodeField({ errors, prefix = '' }: { errors: FieldErrors; prefix?: string }) {
  const words = useWords().confirm
  return (
    <Field
      name="code"
      id={`${prefix}code`}
      label={words.code}
      hint={words.codeHint}
      error={errors.code}
      autocomplete="one-time-code"
    />
  )
}

export const confirmFields = ['password', 'code']
