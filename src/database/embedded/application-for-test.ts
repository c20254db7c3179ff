/**
 * An application with an embedded server, as a process of its own that the tests may kill.
 * It prints its socket when it is ready, then the server's reports; SIGTERM and SIGINT stop it as they should.
 */
import { createConnection } from 'mysql2/promise'
import { startEmbeddedServer } from './server.ts'

const [dataDir = ''] = process.argv.slice(2)
const say = (what: string, value: string) => process.stdout.write(`${JSON.stringify({ what, value })}\n`)

const server = await startEmbeddedServer({ dataDir, report: (line) => say('report', line) }).catch(
  (error) => {
    say('failure', error.message)
    process.exit(1)
  },
)
say('ready', server.socketPath)
// Something that keeps the process alive, as the web server does in the real one.
const alive = setInterval(() => {}, 60_000)

async function leave(): Promise<void> {
  // What is in flight must still be able to finish: the server has not heard of the signal.
  const connection = await createConnection({ socketPath: server.socketPath, user: 'root' })
  await connection.query('SELECT 1')
  await connection.end()
  await server.stop()
  clearInterval(alive)
  say('stopped', '')
}
process.on('SIGTERM', leave)
process.on('SIGINT', leave)
