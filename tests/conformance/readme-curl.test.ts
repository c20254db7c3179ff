/**
 * The README's commands, as printed. A comment directly under a command is what it prints, line by line, where `...` stands for
 * what differs from run to run. A command with -N goes on until it is stopped. The script that follows a room is run by the tests of
 * faults, which stop the server under it.
 */
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../tools/available.ts'
import { registerByHttp, tokenFor, tomas } from '../tools/people.ts'
import { isLoop, portOfReadme, shellBlocks } from '../tools/readme.ts'
import { sayByToken } from '../tools/room-page.ts'
import { type ServerUnderTest, startTeahouse } from '../tools/server-under-test.ts'
import { openShell, type ShellSession } from '../tools/shell-session.ts'
import { waitFor } from '../tools/wait-for.ts'

interface Command {
  command: string
  expected: string[]
}

const commands = commandsOfReadme()

describeWith(['curl'], 'the curl commands of the README', () => {
  let house: ServerUnderTest
  let shell: ShellSession
  let token: string

  beforeAll(async () => {
    const port = (await isFree(portOfReadme)) ? String(portOfReadme) : '0'
    house = await startTeahouse({ env: { PORT: port } })
    shell = openShell()
  })
  afterAll(async () => {
    shell?.close()
    await house?.remove()
  })

  it('are there', () => {
    expect(commands.filter(({ command }) => command.includes('curl')).length).toBeGreaterThan(3)
  })

  // One after another in one shell, because a reader's token from the first is used by the next.
  it.each(commands)('$command', async ({ command, expected }) => {
    const here = command.replaceAll(`localhost:${portOfReadme}`, `localhost:${house.port}`)
    if (isEndless(command)) {
      await followed(here, expected)
    } else {
      const { code, output } = await shell.run(here)
      expect({ code, output }).toEqual({ code: 0, output: matching(expected) })
    }
  })

  async function followed(command: string, expected: string[]): Promise<void> {
    const follower = await shell.follow(command)
    try {
      await waitFor('the stream to begin', () => follower.output() !== '')
      token ??= await registerByHttp(house.origin, tomas).then(() => tokenFor(house.origin, tomas))
      await sayByToken(house.origin, token, 'Said while you listen')
      await waitFor('the stream to tell', () => follower.output().includes('Said while you listen'))
      expect(follower.output()).toEqual(matching(expected))
    } finally {
      follower.end()
    }
  }
})

function isEndless(command: string): boolean {
  return /\bcurl\b.*\s(-\w*N\w*|--no-buffer)\s/.test(command)
}

/** Everything that the fenced sh blocks with curl in them say, in order. */
function commandsOfReadme(): Command[] {
  return shellBlocks()
    .filter((block) => block.includes('curl') && !isLoop(block))
    .flatMap(commandsOfBlock)
}

function commandsOfBlock(block: string): Command[] {
  const commands: Command[] = []
  let isUnderCommand = false
  for (const line of block.replaceAll('\\\n', '\\\u0000').split('\n')) {
    const comment = /^# ?(.*)$/.exec(line)
    if (comment && isUnderCommand) commands.at(-1)?.expected.push(comment[1] ?? '')
    else if (!comment && line.trim())
      commands.push({ command: line.replaceAll('\u0000', '\n'), expected: [] })
    isUnderCommand = !comment ? line.trim() !== '' : isUnderCommand
  }
  return commands
}

/** Output that has these lines next to one another; any output when there are none. */
function matching(expected: string[]): unknown {
  const lines = expected.map((line) =>
    line
      .split(/\.\.\.|…/)
      .map(literally)
      .join('.*'),
  )
  return expect.stringMatching(new RegExp(lines.join('\\n')))
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, 'localhost', () => probe.close(() => resolve(true)))
  })
}
