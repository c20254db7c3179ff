import { roomUrl } from './addresses.ts'
import { Layout } from './layout.tsx'
import type { PageContext, RoomView } from './views.ts'
import { useWords } from './words.tsx'

export function RoomsPage({ page, rooms }: { page: PageContext; rooms: RoomView[] }) {
  const words = useWords()
  return (
    <Layout title={words.title(words.rooms.title)} page={page} kind="plain">
      <main class="narrow">
        <h1>{words.rooms.title}</h1>
        <RoomList rooms={rooms} />
      </main>
    </Layout>
  )
}

export function RoomList({ rooms }: { rooms: RoomView[] }) {
  const words = useWords()
  return (
    <>
      {rooms.length === 0 && <p>{words.rooms.empty}</p>}
      <ul class="listing">
        {rooms.map(({ slug, name, topic }) => (
          <li>
            <a href={roomUrl(slug)}>{name}</a> {topic && <p>{topic}</p>}
          </li>
        ))}
      </ul>
    </>
  )
}
