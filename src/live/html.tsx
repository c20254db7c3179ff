import { MessageItem } from '../../templates/message.tsx'
import { HereList } from '../../templates/people-column.tsx'
import { SidebarRoom } from '../../templates/sidebar-room.tsx'
import { WordsContext } from '../../templates/words.tsx'
import type { Words } from '../words/en.ts'
import { titleOf } from '../words/room-title.ts'
import type { Control, LiveEvent } from './framing.ts'
import { type Passing, unreadOf } from './passing.ts'

/** The HTML of a change: the same fragment as in every page, on one line or several. */
export function eventToHtml({ message }: LiveEvent, words: Words): string {
  return String(
    <WordsContext.Provider value={words}>
      <MessageItem message={message} />
    </WordsContext.Provider>,
  )
}

/** Passing news in HTML: the same fragment as in the page. */
export function passingToHtml(news: Passing, words: Words): string {
  if (news.type === 'alive') return '<i hidden data-event="alive"></i>'
  if (news.type === 'gone') return `<i hidden data-event="gone" data-room="${news.room.id}"></i>`
  return String(<WordsContext.Provider value={words}>{listOf(news, words)}</WordsContext.Provider>)
}

function listOf(news: Exclude<Passing, { type: 'alive' | 'gone' }>, words: Words) {
  if (news.type === 'here') return <HereList people={news.people} count={news.count} />
  if (news.type === 'typing') {
    return <p data-event="typing">{words.room.typing(news.people.map(({ name }) => name))}</p>
  }
  const rooms = news.type === 'room' ? [news.room] : news.rooms
  return (
    <ul hidden data-event={news.type}>
      {rooms.map((room) => (
        <SidebarRoom
          room={{ ...room, name: titleOf(room, words.message), unread: unreadOf(room), current: false }}
        />
      ))}
    </ul>
  )
}

/** A control event in HTML: changes nothing on the page. */
export function controlToHtml({ kind, cursor }: Control): string {
  return `<i hidden data-event="${kind}" data-cursor="${cursor}"></i>`
}
