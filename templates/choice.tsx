interface Props {
  name: string
  legend: string
  /** The label of each value. */
  choices: Record<string, string>
  chosen: string
  error?: string | undefined
  /** What is chosen is said above it already. */
  headed?: boolean
}

/** One of a few, all in view. */
export function Choice({ name, legend, choices, chosen, error, headed }: Props) {
  return (
    <fieldset class="choice" aria-describedby={error ? `${name}-error` : undefined}>
      <legend class={headed ? 'for-readers' : undefined}>{legend}</legend>
      {Object.entries(choices).map(([value, label]) => (
        <div>
          <label>
            <input type="radio" name={name} value={value} checked={value === chosen} /> <span>{label}</span>
          </label>
        </div>
      ))}
      {error && (
        <p id={`${name}-error`} class="error">
          {error}
        </p>
      )}
    </fieldset>
  )
}
