interface Props {
  name: string
  /** Where a page has several fields of one name. */
  id?: string
  legend: string
  /** Value, label, and the language of the label where it is not the page's. */
  choices: string[][]
  chosen?: string
  error?: string | undefined
  /** What is chosen is said above it already. */
  headed?: boolean
}

/** One of a few, and when none of them was chosen, the reason. */
export function Choice({ name, id = name, legend, choices, chosen, error, headed }: Props) {
  return (
    <fieldset class="choice" id={id} aria-describedby={error ? `${id}-error` : undefined}>
      <legend class={headed ? 'for-readers' : undefined}>{legend}</legend>
      {choices.map(([value, label, lang]) => (
        <div>
          <label>
            <input type="radio" name={name} value={value} checked={value === chosen} />{' '}
            <span lang={lang}>{label}</span>
          </label>
        </div>
      ))}
      {error && (
        <p id={`${id}-error`} class="error">
          {error}
        </p>
      )}
    </fieldset>
  )
}
