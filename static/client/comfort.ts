/** What a room can do without, for a moment: it comes after the room itself, and nothing waits for it. */
import { keepReadMarker } from './reading.ts'

const room = document.getElementById('room')
if (room) keepReadMarker(room)
