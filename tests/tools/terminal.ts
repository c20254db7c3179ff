/** A terminal in which a person types: tmux on a private socket, so that no session of anybody else is touched. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from './wait-for.ts'

export interface Terminal {
  /** Types text as it stands. */
  type(text: string): void
  /** Presses keys by their tmux names: Enter, Tab, Up, C-c, or a character. */
  press(...keys: string[]): void
  /** Where the cursor stands, in cells from the upper left. */
  cursor(): { x: number; y: number }
  /** What is on the screen now, a line each, without trailing blanks. */
  screen(): string
  /** Waits until the screen shows it; the error shows the screen. */
  waitFor(wanted: string | RegExp, deadline?: number): Promise<string>
  close(): void
}

interface TerminalOptions {
  cols?: number
  rows?: number
  env?: Record<string, string>
}

export function startTerminal(
  command: string[],
  { cols = 100, rows = 40, env = {} }: TerminalOptions = {},
): Terminal {
  const folder = mkdtempSync(join(tmpdir(), 'teahouse-terminal-'))
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-S', join(folder, 'socket'), '-u', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      // A home of its own: no configuration, history or cookies of the person who runs the tests.
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        LANG: 'C.UTF-8',
        LC_ALL: 'C.UTF-8',
        SHELL: '/bin/sh',
        ...env,
      },
    })
  tmux('-f', '/dev/null', 'new-session', '-d', '-x', `${cols}`, '-y', `${rows}`, ...command)
  const screen = () => tmux('capture-pane', '-p').replace(/[ ]+$/gm, '').trimEnd()
  return {
    type: (text) => void tmux('send-keys', '-l', '--', text),
    press: (...keys) => void tmux('send-keys', '--', ...keys),
    screen,
    cursor() {
      const [x, y] = tmux('display-message', '-p', '#{cursor_x} #{cursor_y}').split(' ').map(Number)
      return { x: x ?? 0, y: y ?? 0 }
    },
    async waitFor(wanted, deadline) {
      const isThere = () => {
        const shown = screen()
        return (typeof wanted === 'string' ? shown.includes(wanted) : wanted.test(shown)) && shown
      }
      try {
        return await waitFor(`${wanted} on the screen`, isThere, deadline)
      } catch (error) {
        throw new Error(`${(error as Error).message}\nThe screen shows:\n${lastScreen(screen)}`)
      }
    },
    close() {
      try {
        tmux('kill-server')
      } catch {
        // The program has ended, and its tmux with it.
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function lastScreen(screen: () => string): string {
  try {
    return screen()
  } catch {
    return '(the program has ended)'
  }
}
