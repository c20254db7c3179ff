import { readFileSync } from 'node:fs'

const ESTABLISHED = '01'

/** What the system knows of one side of a TCP connection on this machine. */
interface TcpSide {
  isOpen: boolean
  /** Bytes that it has taken from the process and the other side has not taken yet. */
  waiting: number
}

/** The side that belongs to `port`, of the connection to `peerPort`; undefined when there is none. */
export function tcpSide(port: number, peerPort: number): TcpSide | undefined {
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'))
  for (const row of rows) {
    const [, local = '', peer = '', state, queues = ''] = row.trim().split(/\s+/)
    if (portOf(local) !== port || portOf(peer) !== peerPort) continue
    return { isOpen: state === ESTABLISHED, waiting: Number.parseInt(queues, 16) }
  }
  return undefined
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16)
}
