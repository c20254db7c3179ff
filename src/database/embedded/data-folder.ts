import { spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { compareVersions, describe, FLAVOUR_NAMES, type Flavour } from '../versions.ts'
import { StartFailure } from './failure.ts'
import { type ServerProgram, serverEnvironment } from './program.ts'

/** What a data folder was last opened with. */
export interface Stamp {
  flavour: Flavour
  version: string
}

/** The server's part of DATA_DIR: its data, and beside it what belongs to running it. */
export interface DataFolder {
  home: string
  data: string
  stamp: string
  log: string
  pidFile: string
  temporary: string
}

/** Where the server keeps its part of DATA_DIR; nothing is made yet. */
export function dataFolderIn(dataDir: string): DataFolder {
  return layoutOf(join(dataDir, 'database'))
}

function layoutOf(home: string): DataFolder {
  return {
    home,
    data: join(home, 'data'),
    stamp: join(home, 'server.json'),
    log: join(home, 'server.log'),
    pidFile: join(home, 'server.pid'),
    temporary: join(home, 'temporary'),
  }
}

/** Undefined while there is no data yet. */
export function readStamp(folder: DataFolder): Stamp | undefined {
  if (!existsSync(folder.home)) return undefined
  try {
    const { flavour, version } = JSON.parse(readFileSync(folder.stamp, 'utf8'))
    if (flavour in FLAVOUR_NAMES && typeof version === 'string') return { flavour, version }
  } catch {}
  throw new StartFailure(
    `${folder.home} does not say which server made it: ${folder.stamp} is missing or damaged.\n` +
      'Restore it from a backup, or set DATA_DIR to another folder.',
  )
}

/** Whether this server can open the data that another, or an earlier one of its kind, has written. */
export function canOpen(program: Stamp, stamp: Stamp): boolean {
  // MariaDB keeps its files within a series (10.11); MySQL never opens what a newer one wrote.
  const numbers = stamp.flavour === 'mariadb' ? 2 : 3
  return program.flavour === stamp.flavour && compareVersions(program.version, stamp.version, numbers) >= 0
}

/** Makes the data unless it is there, and refuses in words what the server would destroy or choke on. */
export async function prepareDataFolder(
  folder: DataFolder,
  program: ServerProgram,
  report: (line: string) => void,
): Promise<void> {
  const stamp = readStamp(folder)
  removeUnfinished(folder)
  if (!stamp) await makeData(folder, program, report)
  else if (!canOpen(program, stamp)) throw cannotOpen(folder, program, stamp)
  guard(folder.home)
  rmSync(folder.temporary, { recursive: true, force: true })
  mkdirSync(folder.temporary, { mode: 0o700 })
}

/** To be called when the server has opened its data: from then on older ones cannot. */
export function writeStamp(folder: DataFolder, { flavour, version }: Stamp): void {
  const draft = `${folder.stamp}.new`
  writeFileSync(draft, `${JSON.stringify({ flavour, version })}\n`, { flush: true })
  renameSync(draft, folder.stamp)
}

function cannotOpen(folder: DataFolder, program: Stamp, stamp: Stamp): StartFailure {
  const needed =
    program.flavour === stamp.flavour
      ? `${FLAVOUR_NAMES[stamp.flavour]} ${stamp.version} or newer`
      : `a ${FLAVOUR_NAMES[stamp.flavour]} server, ${stamp.version} or newer`
  return new StartFailure(
    `${folder.home} was written by ${describe(stamp)}, and ${describe(program)} cannot open it.\n` +
      `Install ${needed} and set TEAHOUSE_MYSQLD=/path/to/it, or set DATA_DIR to another folder.`,
  )
}

// Anyone who reaches the socket is the database's root, so the folder itself is the guard.
function guard(home: string): void {
  const { uid } = statSync(home)
  const us = process.getuid?.() ?? uid
  if (uid !== us && us !== 0)
    throw new StartFailure(
      `${home} belongs to another user (number ${uid}).\nSet DATA_DIR to a folder of your own.`,
    )
  chmodSync(home, 0o700)
}

/** Made in a side folder and renamed when whole: a start that was cut short leaves nothing half made in its place. */
async function makeData(folder: DataFolder, program: ServerProgram, report: (line: string) => void) {
  report(`Making the database (${describe(program)})...`)
  const side = layoutOf(mkdtempSync(`${folder.home}${UNFINISHED}`))
  mkdirSync(side.data, { mode: 0o700 })
  mkdirSync(side.temporary, { mode: 0o700 })
  await (program.flavour === 'mariadb' ? bootstrapMariaDb(program, side) : initializeMySql(program, side))
  writeStamp(side, program)
  syncAll(side.home)
  renameSync(side.home, folder.home)
}

const UNFINISHED = '.new-'

// Each has a name of its own, because what makes one may live on for a moment after the application was killed.
function removeUnfinished(folder: DataFolder): void {
  const prefix = `${basename(folder.home)}${UNFINISHED}`
  for (const name of readdirSync(dirname(folder.home)).filter((each) => each.startsWith(prefix))) {
    try {
      rmSync(join(dirname(folder.home), name), { recursive: true, force: true })
    } catch {} // still being written to: the next start removes it
  }
}

async function bootstrapMariaDb(program: ServerProgram, side: DataFolder): Promise<void> {
  const scripts = systemTableScripts(program)
  const input = [
    'create database if not exists mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n',
    ...scripts.map((path) => readFileSync(path, 'utf8')),
  ]
  await runToEnd(
    program,
    side,
    ['--bootstrap', '--log-warnings=0', '--max-allowed-packet=8M'],
    input.join('\n'),
  )
}

function systemTableScripts(program: ServerProgram): string[] {
  const kinds = [/_system_tables\.sql$/, /_performance_tables\.sql$/, /_system_tables_data\.sql$/]
  for (const share of program.shareFolders) {
    const names = readdirSync(share)
    const scripts = kinds.flatMap((kind) => names.filter((name) => kind.test(name)).slice(0, 1))
    if (scripts.length === kinds.length) return scripts.map((name) => join(share, name))
  }
  throw new StartFailure(
    `${program.command.at(-1)} came without its system tables (mysql_system_tables.sql in a folder share/mysql).\n` +
      'Install the whole package, or set TEAHOUSE_MYSQLD to another server.',
  )
}

async function initializeMySql(program: ServerProgram, side: DataFolder): Promise<void> {
  await runToEnd(program, side, ['--initialize-insecure', '--secure-file-priv=NULL', '--mysqlx=OFF'], '')
}

/** A run of the server that makes its data and ends. Should we be killed meanwhile, its input ends and so does it. */
async function runToEnd(
  program: ServerProgram,
  side: DataFolder,
  own: string[],
  input: string,
): Promise<void> {
  const [command = '', ...first] = program.command
  const args = [...first, '--no-defaults', ...own, ...program.layout, ...placeArguments(side)]
  const log = openSync(side.log, 'w', 0o600)
  const maker = spawn(command, args, { stdio: ['pipe', log, log], env: serverEnvironment(), detached: true })
  closeSync(log)
  maker.stdin?.on('error', () => {}) // it may end before it has read everything; its log says why
  maker.stdin?.end(input)
  const ending = await new Promise((done) => {
    maker.on('error', (error) => done(error.message))
    maker.on('close', (code, signalName) => done(code ?? signalName))
  })
  if (ending === 0) return
  throw new StartFailure(
    `${describe(program)} could not make its data in ${side.home} (${ending}): ${errorIn(side.log)}`,
  )
}

/** Where the server keeps things, and as whom it runs. */
export function placeArguments(folder: DataFolder): string[] {
  const root = process.getuid?.() === 0 ? ['--user=root'] : []
  return [`--datadir=${folder.data}`, `--tmpdir=${folder.temporary}`, '--skip-log-bin', ...root]
}

/** Why a server ended, in one line of its log: the first error from `start` on, which those after it follow from. */
export function errorIn(log: string, start = 0): string {
  const text = existsSync(log) ? readFileSync(log).subarray(start).toString() : ''
  const lines = text.trim().split('\n')
  const line = lines.find((each) => each.includes('[ERROR]')) ?? lines.at(-1) ?? ''
  return line.replace(/^[\dT:.Z -]*(\d+ )?\[ERROR\] /, '') || `it said nothing in ${log}`
}

// A rename may reach the disk before the contents of what was renamed.
function syncAll(home: string): void {
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = openSync(join(entry.parentPath, entry.name), 'r')
    fsyncSync(file)
    closeSync(file)
  }
}
