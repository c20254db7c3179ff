import { peopleUrl, personUrl } from './addresses.ts'
import type { PeopleColumnView, PersonView } from './views.ts'
import { useWords } from './words.tsx'

/** Who is here and who is away, beside the talk; the script brings it in and keeps it true. */
export function PeopleColumn({ view: { slug, here, away, now } }: { view: PeopleColumnView }) {
  const words = useWords().people
  return (
    <>
      <h2>
        {words.hereNow} <span class="unread here-count">{here.length}</span>
      </h2>
      <HereList people={here} />
      <h2>{words.away}</h2>
      <ul class="away">
        {away.map((person) => (
          <li data-person={person.id} hidden={here.some(({ id }) => id === person.id)}>
            <Name person={person} /> {person.seenAt && <small>{words.ago(person.seenAt, now)}</small>}
          </li>
        ))}
      </ul>
      <p class="all-rooms">
        <a class="as-link" href={peopleUrl(slug)}>
          {words.everyone}
        </a>
      </p>
    </>
  )
}

/** In the column, and told by the room's stream. */
export function HereList({ people, count }: { people: PersonView[]; count?: number }) {
  return (
    <ul class="here" data-event={count === undefined ? undefined : 'here'} data-count={count}>
      {people.map((person) => (
        <li data-person={person.id}>
          <Name person={person} />
        </li>
      ))}
    </ul>
  )
}

function Name({ person }: { person: PersonView }) {
  return (
    <span class="person">
      <span class="dot" aria-hidden="true" />{' '}
      <a href={personUrl(person.id)}>
        <bdi>{person.name}</bdi>
      </a>
    </span>
  )
}
