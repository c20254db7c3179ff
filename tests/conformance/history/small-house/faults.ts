/** The mistakes that the small house can make: each one that a real house could. */
export const faults = [
  'subscribes after reading',
  'a cursor by AUTO_INCREMENT',
  'a repeat',
  'a swap',
  'a lost message',
  'the words of another message',
  'a replay of one page only',
  'a false reset',
  'believes any cursor',
  'acknowledges without storing',
  'forgets nonces',
  'acknowledges a change without making it',
  'a change that is not told',
  'replays what was deleted',
  'a hole in the numbers',
  'a page whose version is read last',
  'goes on after logging out',
  'never cuts who does not read',
  'cuts for no reason',
] as const

export type Fault = (typeof faults)[number]
