import type { Words } from './en.ts'

/** What a room is called: a direct one by its other people, as far as they are still here. */
export function titleOf(
  { name, people }: { name: string; people: { name: string }[] },
  { formerMember }: Words['message'],
): string {
  return name || people.map((person) => person.name || formerMember).join(', ') || formerMember
}
