/**
 * The same against any house that speaks the contract, and for as long as you like:
 * npm run conformance -- --url http://localhost:8080 --deliveries 1000000
 */
import { parseArgs } from 'node:util'
import { newCast } from './cast.ts'
import { prove, told } from './prove.ts'
import { everyFraming } from './talk.ts'

const usage = `npm run conformance -- --url http://localhost:8080 [more]
  --url URL          the house; again for each further node of it
  --deliveries N     how many messages must be heard (100000)
  --seed N           which accidents happen (a random one)
  --room SLUG        lobby
  --senders N        20
  --readers N        50
  --framing NAME     only this one; again for more: ${everyFraming.map(({ name }) => name).join(', ')}
  --life             also wait the twelve minutes in which every stream must have ended
  --no-flood         without the readers that stop reading, and the 16 MB that are said to them
  --help
TOKENS in the environment, separated by commas, are the senders' tokens; without it twenty people register.`

const { values } = parseArgs({
  options: {
    url: { type: 'string', multiple: true, default: [] },
    deliveries: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    room: { type: 'string', default: 'lobby' },
    senders: { type: 'string', default: '20' },
    readers: { type: 'string', default: '50' },
    framing: { type: 'string', multiple: true, default: [] },
    life: { type: 'boolean', default: false },
    'no-flood': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** @throws for anything but a whole number above zero */
function count(name: 'deliveries' | 'seed' | 'senders' | 'readers'): number {
  const number = Number(values[name])
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} wants a number from 1 on`)
  return number
}

async function main(): Promise<boolean> {
  const origins = values.url.map((url) => new URL(url).origin)
  const [origin] = origins
  if (values.help || !origin) {
    console.log(usage)
    return values.help
  }
  const seed = count('seed')
  const framings = everyFraming.filter(({ name }) => !values.framing.length || values.framing.includes(name))
  if (framings.length < values.framing.length) throw new Error(`--framing is none of these.\n${usage}`)
  const tokens = process.env.TOKENS?.split(',').filter(Boolean) ?? []
  const cast = tokens.length ? { tokens, people: [] } : await newCast(origin, count('senders'))
  console.log(`seed ${seed}${cast.people.length ? '' : '; nobody logs out, for want of passwords'}`)
  const proof = await prove({
    ...cast,
    origins,
    seed,
    framings,
    room: values.room,
    deliveries: count('deliveries'),
    senders: count('senders'),
    readers: count('readers'),
    flood: !values['no-flood'],
    life: values.life,
    report: (line) => console.log(line),
  })
  for (const [framing, heard] of proof.byFraming) console.log(`${String(heard).padStart(10)}  ${framing}`)
  for (const line of told(proof.violations)) console.log(line)
  console.log(`${proof.deliveries} deliveries, ${proof.violations.length} promises broken, seed ${seed}`)
  return proof.violations.length === 0
}

process.exitCode = (await main()) ? 0 : 1
