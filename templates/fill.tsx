import type { Child } from 'hono/jsx'

/** A sentence of the catalogue with `{name}` for each thing that belongs into it, wherever a language wants it. */
export function Fill({ sentence, ...things }: { sentence: string; [name: string]: Child }) {
  return <>{sentence.split(/\{(\w+)\}/).map((part, place) => (place % 2 ? things[part] : part))}</>
}
