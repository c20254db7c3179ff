import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Flavour } from '../versions.ts'
import { createDatabase } from './connection.ts'
import { dataFolderIn, prepareDataFolder, readStamp, writeStamp } from './data-folder.ts'
import { codeOf, StartFailure, wordsOf } from './failure.ts'
import { findServer, namedServer, type Places, usualPlaces } from './find.ts'
import { takeLock } from './lock.ts'
import { cacheFolder } from './obtain.ts'
import type { ServerProgram } from './program.ts'
import { leaveSocketPlace, socketPathFor } from './socket-place.ts'
import { endLeftover, Supervisor } from './supervise.ts'

export { StartFailure } from './failure.ts'
export type { ServerProgram } from './program.ts'

/** A private database server; its root has no password, and only this user reaches its socket. */
export interface EmbeddedServer {
  socketPath: string
  flavour: Flavour
  version: string
  /** Shuts down cleanly, waits until the server is gone, releases the data folder. Calling it again is harmless. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** DATA_DIR; made if missing. */
  dataDir: string
  /** TEAHOUSE_MYSQLD: this server or none. */
  serverBinary?: string
  /** A server that is known already; goes before `serverBinary`. */
  program?: ServerProgram
  /** Where fetched servers are unpacked; by default the user's cache. */
  cacheDir?: string
  /** Called with one line whenever something takes time or goes wrong. */
  report: (line: string) => void
  maxConnections?: number
  extraArguments?: string[]
  /** Other places to look for servers than the usual ones. */
  places?: Partial<Places>
}

const DEFAULT_MAX_CONNECTIONS = 100

/**
 * Starts the private server of a data folder, with the database `teahouse` in it. What the server needs and lacks is
 * found, fetched or made. From then on it is kept running until `stop`, and ends with this process however that ends.
 */
export async function startEmbeddedServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const dataDir = makeDataDir(options.dataDir)
  const lock = takeLock(join(dataDir, 'teahouse.lock'))
  if ('heldBy' in lock)
    throw new StartFailure(
      `Teahouse is already running on this data folder (process ${lock.heldBy}): ${dataDir}\n` +
        'Stop that one first, or set DATA_DIR to another folder.',
    )
  try {
    const { program, supervisor, socketPath } = await bringUp(dataDir, options)
    const stop = async () => {
      await supervisor.stop()
      leaveSocketPlace(dataFolderIn(dataDir).home, socketPath)
      lock.release()
    }
    let stopped: Promise<void> | undefined
    return {
      socketPath,
      flavour: program.flavour,
      version: program.version,
      stop: () => (stopped ??= stop()),
    }
  } catch (error) {
    lock.release()
    throw inWords(error, dataDir)
  }
}

async function bringUp(dataDir: string, options: EmbeddedOptions) {
  const { report, maxConnections = DEFAULT_MAX_CONNECTIONS, extraArguments = [] } = options
  const folder = dataFolderIn(dataDir)
  const program = options.program ?? (await chooseProgram(dataDir, options))
  const socketPath = socketPathFor(folder.home)
  await endLeftover(folder, socketPath, report)
  await prepareDataFolder(folder, program, report)
  const supervisor = new Supervisor({ program, folder, socketPath, maxConnections, extraArguments, report })
  await supervisor.start()
  try {
    writeStamp(folder, program)
    await createDatabase(socketPath)
  } catch (error) {
    await supervisor.stop()
    throw error
  }
  return { program, supervisor, socketPath }
}

async function chooseProgram(dataDir: string, options: EmbeddedOptions): Promise<ServerProgram> {
  if (options.serverBinary !== undefined) return namedServer(resolve(options.serverBinary))
  const places = { ...usualPlaces(cacheFolder(dataDir, options.cacheDir)), ...options.places }
  return findServer(places, readStamp(dataFolderIn(dataDir)), options.report)
}

// The real path, because processes and sockets are recognised by it, also when another start came by a link.
function makeDataDir(dataDir: string): string {
  try {
    makeFolders(resolve(dataDir))
    return realpathSync(dataDir)
  } catch (error) {
    throw inWords(error, dataDir)
  }
}

/** Level by level: where nothing can be made (/proc), Node's own recursive way tries for ever. */
function makeFolders(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  if (dirname(folder) !== folder) makeFolders(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another copy, started at the same moment, may have made it: the lock then says so better.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'this user may not write there',
  ENOENT: 'no folder can be made there',
  EPERM: 'this user may not write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's share of the disk is full",
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'it is a file',
}

/** System errors about the data folder are for the person who chose it; others are defects and stay as they are. */
function inWords(error: unknown, dataDir: string): unknown {
  const reason = REASONS[codeOf(error) ?? '']
  if (error instanceof StartFailure || !reason) return error
  return new StartFailure(
    `The data folder ${dataDir} cannot be used: ${reason} (${wordsOf(error)}).\nSet DATA_DIR to a folder that can be written.`,
  )
}
