import type { Member } from '../accounts/members.ts'
import type { RoomPlace } from './rooms.ts'

/** Whether someone keeps order in a room: may delete and pin what others have said there. */
export async function keepsOrder(member: Member, _room: RoomPlace): Promise<boolean> {
  return member.role !== 'member'
}
