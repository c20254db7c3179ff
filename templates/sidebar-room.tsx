import { roomUrl } from './addresses.ts'
import type { SidebarRoomView } from './views.ts'
import { useWords } from './words.tsx'

/** A room in the sidebar: in the page, and told by the member's own stream. */
export function SidebarRoom({ room }: { room: SidebarRoomView }) {
  const { id, slug, name, lastNumber, unread, current } = room
  const isUnread = unread > 0 && !current
  return (
    <li data-room={id} data-last={lastNumber}>
      <a
        href={roomUrl(slug)}
        aria-current={current ? 'page' : undefined}
        class={isUnread ? 'has-unread' : undefined}
      >
        <bdi>{name}</bdi> {isUnread && <Unread count={unread} />}
      </a>
    </li>
  )
}

/** A number beside a room, put there by the stylesheet; for readers and text browsers, what it counts. */
export function Unread({ count }: { count: number }) {
  return (
    <span class="unread" data-count={count}>
      <span class="for-readers">{useWords().rooms.unread(count)}</span>
    </span>
  )
}
