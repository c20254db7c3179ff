import { nameKey } from '../accounts/names.ts'
import type { AppContext } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import type { Person } from '../rooms/rooms.ts'
import { isId } from './query.ts'

/**
 * The people that a field names, by name or id, with commas between them. A name has no comma in it.
 * @throws Problem 422 beside the field, for a name that nobody has
 */
export async function peopleTyped(c: AppContext, field: string, most: number): Promise<Person[]> {
  const typed = (c.get('fields')[field] ?? '')
    .split(/[,\n，、]/)
    .map((one) => one.trim().replace(/^@/, ''))
    .filter(Boolean)
  if (typed.length > most)
    throw problem('invalid', { fields: { [field]: (words) => words.peopleMany(most) } })
  const ids = typed.filter(isId)
  const names = typed.filter((one) => !isId(one))
  if (typed.length === 0) return []
  const found = await c.get('house').members.find({ keys: names.map(nameKey), ids })
  const known = new Set(found.flatMap(({ id, name }) => [id, nameKey(name)]))
  const missing = typed.find((one) => !known.has(isId(one) ? one : nameKey(one)))
  if (missing) throw problem('invalid', { fields: { [field]: (words) => words.nobodyNamed(missing) } })
  return found
}
