/** lynx and w3m as a person uses them: by keys alone, looking at the screen after each. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTerminal, type Terminal } from './terminal.ts'
import { waitFor } from './wait-for.ts'

export interface TextBrowser {
  /** Goes to a link or a button of this name and takes it. */
  take(name: string): Promise<void>
  /** Types into the field of this label, in place of what stands there. */
  fill(label: string, text: string): Promise<void>
  /** Waits until the screen shows it. */
  sees(wanted: string | RegExp): Promise<string>
  screen(): string
  close(): void
}

/** More links than any page of ours has. */
const mostLinks = 400

export async function startLynx(url: string): Promise<TextBrowser> {
  const terminal = startTerminal(['lynx', '-nopause', url])
  // It asks once for a house, and A is always.
  await terminal.waitFor('cookie').catch(leaving(terminal))
  terminal.press('A')
  const onField = (label: string) => {
    const { x, y, lines } = look(terminal)
    const above = [...lines.slice(Math.max(0, y - 4), y), (lines[y] ?? '').slice(0, x)].join('\n')
    return (
      /^\((Textfield|Text entry|Password entry|Textarea)/.test(lines.at(-3) ?? '') && above.includes(label)
    )
  }
  return {
    ...common(terminal),
    async take(name) {
      // lynx leaves its cursor just before a link, and marks a button.
      const isThere = () => ['', ' ', '(BUTTON) '].some((mark) => atCursor(terminal).startsWith(mark + name))
      await tabUntil(terminal, `the link ${name}`, isThere)
      terminal.press('Enter')
    },
    async fill(label, text) {
      await tabUntil(terminal, `the field ${label}`, () => onField(label))
      terminal.press('C-u')
      terminal.type(text)
      terminal.press('Tab')
    },
  }
}

export async function startW3m(url: string): Promise<TextBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'teahouse-w3m-'))
  const editor = writeLineEditor(folder)
  const terminal = startTerminal(['w3m', url], { env: { EDITOR: editor, VISUAL: editor } })
  const search = async (text: string) => {
    terminal.press('g', '/')
    await terminal.waitFor(/^Forward:/m)
    terminal.type(text)
    terminal.press('Enter')
    await waitForCursor(terminal, text, () => atCursor(terminal).startsWith(text))
  }
  return {
    ...common(terminal),
    close() {
      terminal.close()
      rmSync(folder, { recursive: true, force: true })
    },
    async take(name) {
      await search(name)
      terminal.press('Enter')
    },
    async fill(label, text) {
      await search(label)
      const before = atCursor(terminal)
      terminal.press('Tab')
      await waitForCursor(terminal, `the field ${label}`, () => atCursor(terminal) !== before)
      terminal.press('Enter')
      // A line is asked for below the page, an area by the editor.
      const asked = await terminal.waitFor(/^(TEXT|Password|Write, then press Enter):/m)
      if (/^TEXT:/m.test(asked)) terminal.press('C-e', 'C-u')
      terminal.type(text)
      terminal.press('Enter')
      await terminal.waitFor(/Viewing/)
    },
  }
}

/** Closes what nobody else can close any more, and fails as before. */
function leaving(terminal: Terminal): (error: unknown) => never {
  return (error) => {
    terminal.close()
    throw error
  }
}

/** The editor that w3m starts for an area: it takes one line. */
function writeLineEditor(folder: string): string {
  const path = join(folder, 'editor')
  writeFileSync(
    path,
    '#!/bin/sh\nprintf "\\nWrite, then press Enter:\\n"\nIFS= read -r line\nprintf "%s\\n" "$line" >"$1"\n',
  )
  chmodSync(path, 0o755)
  return path
}

function common(terminal: Terminal) {
  return {
    sees: (wanted: string | RegExp) => terminal.waitFor(wanted),
    screen: () => terminal.screen(),
    close: () => terminal.close(),
  }
}

function look(terminal: Terminal) {
  return { ...terminal.cursor(), lines: terminal.screen().split('\n') }
}

function atCursor(terminal: Terminal): string {
  const { x, y, lines } = look(terminal)
  return (lines[y] ?? '').slice(x)
}

/** Presses Tab until it is there, and after each press waits until the screen has followed. */
async function tabUntil(terminal: Terminal, what: string, isThere: () => boolean): Promise<void> {
  const state = () => JSON.stringify(look(terminal))
  for (let presses = 0; presses < mostLinks; presses += 1) {
    if (isThere()) return
    const before = state()
    terminal.press('Tab')
    await waitForCursor(terminal, `Tab to move on, looking for ${what}`, () => state() !== before)
  }
  throw new Error(`The page lacks ${what}:\n${terminal.screen()}`)
}

async function waitForCursor(terminal: Terminal, what: string, isThere: () => boolean): Promise<void> {
  try {
    await waitFor(what, isThere)
  } catch (error) {
    throw new Error(`${(error as Error).message}\nThe screen shows:\n${terminal.screen()}`)
  }
}
