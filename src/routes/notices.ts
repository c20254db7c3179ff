import { recordAct } from '../http/audit.ts'
import { type AppContext, signedIn } from '../http/context.ts'
import { freshNonce } from '../messages/send-key.ts'
import type { Room } from '../rooms/rooms.ts'
import type { Notice } from '../words/notice.ts'

type RoomAct = 'room-made' | 'room-changed' | 'room-invited' | 'room-removed' | 'room-host'

/**
 * Tells a room what was just done to it by whoever is signed in: in its log, where everyone reads it in its place. Comes after the act, so
 * that nothing is told that was not done.
 */
export async function tellRoom(c: AppContext, roomId: string, notice: Notice): Promise<void> {
  const { member } = signedIn(c)
  await c.get('house').log.append(roomId, {
    authorId: member.id,
    authorName: member.name,
    nonce: freshNonce(),
    replyTo: null,
    replied: null,
    body: '',
    notice,
  })
}

/** Writes down what was done to a room. */
export function recordRoomAct(
  c: AppContext,
  action: RoomAct,
  { id, slug }: Pick<Room, 'id' | 'slug'>,
  { memberId, ...details }: { memberId?: string; what?: string; role?: string } = {},
): Promise<void> {
  return recordAct(c, action, {
    roomId: id,
    ...(memberId ? { memberId } : {}),
    details: { room: slug, ...details },
  })
}
