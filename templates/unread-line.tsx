import { inRoomUrl } from './addresses.ts'
import { clock } from './time.ts'
import type { UnreadView } from './views.ts'
import { useWords } from './words.tsx'

/** Where what is new to the viewer begins. On a page that begins later it leads there. */
export function UnreadLine({ unread, isHere }: { unread: UnreadView; isHere: boolean }) {
  const words = useWords().room
  const [before, after] = words.newSince.split('{time}')
  return (
    <li class="unread-line" id="new">
      <b>
        {before}
        <time datetime={unread.since.toISOString()}>{clock(unread.since)}</time>
        {after}
      </b>
      {!isHere && <a href={inRoomUrl(unread.room, unread.after + 1)}>{words.toFirstNew(unread.count)}</a>}
    </li>
  )
}
