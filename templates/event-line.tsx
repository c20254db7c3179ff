import { saidIn } from '../src/words/notice.ts'
import { messageUrl } from './addresses.ts'
import { clock } from './time.ts'
import type { MessageView } from './views.ts'
import { useWords } from './words.tsx'

/** Something that was done to the room. It stands in the log as a line of nobody: its sentence names who did it. */
export function EventLine({ message }: { message: MessageView }) {
  const { room, number, version, createdAt } = message
  return (
    <li id={`m${number}`} class="message event" data-number={number} data-version={version}>
      <span class="meta">
        <a class="number" href={messageUrl(room, number)}>
          #{number}
        </a>{' '}
        <time datetime={createdAt.toISOString()}>{clock(createdAt)}</time>
      </span>
      <div class="text">
        <div class="body" dir="auto">
          {saidIn(message, useWords().message)}
        </div>
      </div>
    </li>
  )
}
