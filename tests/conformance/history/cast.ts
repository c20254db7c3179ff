/** Who takes part in a talk: people that register for it, with a token each. */
import { randomBytes } from 'node:crypto'
import { type Person, registerByHttp, tokenFor } from '../../tools/people.ts'

export interface Cast {
  tokens: string[]
  /** Empty where only tokens are known: then nobody can log out. */
  people: Person[]
}

/** Registers so many. The house must be open, or REGISTRATION lets nobody in. */
export async function newCast(origin: string, size: number): Promise<Cast> {
  const family = randomBytes(3).toString('hex')
  const people = Array.from({ length: size }, (_, place): Person => {
    const number = String(10_000_000 + Math.floor(Math.random() * 50_000_000) + place).slice(0, 8)
    return {
      name: `Kit ${family} ${place}`,
      phone: `+316${number}`,
      password: randomBytes(15).toString('hex'),
    }
  })
  const tokens: string[] = []
  for (const person of people) {
    await registerByHttp(origin, person)
    tokens.push(await tokenFor(origin, person))
  }
  return { tokens, people }
}
