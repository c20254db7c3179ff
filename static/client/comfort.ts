/** What a room can do without, for a moment: it comes after the room itself, and nothing waits for it. */
import { keepReadMarker } from './reading.ts'
import { keepSidebar } from './sidebar.ts'

const room = document.getElementById('room')
if (room) {
  keepReadMarker(room)
  keepSidebar(room)
}
