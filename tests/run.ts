/**
 * Everything that must hold, in one command. `npm test` runs all of it, `npm test -- browser lint` the named parts,
 * `npm test -- browser lynx` the tests of a part whose file or name says lynx. The last line is the sum.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import config from '../vitest.config.ts'
import { add, nothing, summary, type Tally, tallyOfFile, type VitestReport } from './tools/tally.ts'

const ci = Boolean(process.env.CI)
const root = join(import.meta.dirname, '..')

/** The checks that count as one test each, in their order. */
const checks: Record<string, string[]> = {
  lint: ['biome', ci ? 'ci' : 'check', '.'],
  types: ['tsc', '--noEmit'],
  unused: ['knip'],
  build: ['npm', 'run', 'build'],
}
/** Read from the configuration, so that a project added there cannot be forgotten here. */
const projects = (config.test?.projects ?? []).map(nameOf)
/** These run the built server. */
const needBuild = ['conformance', 'browser', 'faults']

const asked = process.argv.slice(2)
const chosen = asked.filter((word) => word in checks || projects.includes(word))
const filters = asked.filter((word) => !chosen.includes(word))

function isChosen(part: string): boolean {
  if (chosen.length === 0) return true
  return chosen.includes(part) || (part === 'build' && chosen.some((name) => needBuild.includes(name)))
}

function nameOf(project: unknown): string {
  return (project as { test: { name: string } }).test.name
}

/** Runs a command to its end and gives its exit code. It hears nothing: no test may wait for a keyboard. */
function run([command = '', ...args]: string[]): Promise<number> {
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: path },
    })
    child.on('error', (error) => {
      console.error(error.message)
      resolve(127)
    })
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

async function runCheck(name: string, command: string[]): Promise<Tally> {
  console.log(`\n── ${name}: ${command.join(' ')}`)
  const started = performance.now()
  const passed = (await run(command)) === 0
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`── ${name}: ${passed ? 'passed' : 'FAILED'} (${seconds} s)`)
  return passed ? { ...nothing, passed: 1 } : { ...nothing, failed: 1 }
}

/** A filter that names no file is a part of a test's name. */
function vitestArguments(filters: string[]): string[] {
  if (filters.length === 0) return []
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.startsWith('node_modules') && /\.test\.tsx?$/.test(file),
  )
  const names = filters.filter((word) => !files.some((file) => file.includes(word)))
  return [
    ...filters.filter((word) => !names.includes(word)),
    ...(names.length ? ['-t', names.join(' ')] : []),
  ]
}

function projectOf(file: string): string {
  const [top, second] = relative(root, file).split(sep)
  return top === 'tests' && second && projects.includes(second) ? second : 'unit'
}

async function runTests(names: string[]): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'teahouse-report-'))
  const file = join(folder, 'report.json')
  try {
    console.log(`\n── tests: ${names.join(', ')}`)
    const args = vitestArguments(filters)
    const code = await run([
      ...['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      ...names.flatMap((name) => ['--project', name]),
      ...args,
    ])
    return tallyOfTests(names, file, code, args.includes('-t'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function tallyOfTests(names: string[], file: string, code: number, byName: boolean): Tally {
  const report = readReport(file)
  let total = nothing
  for (const name of names) {
    const files = report.testResults.filter((result) => projectOf(result.name) === name)
    let tally = files.map(tallyOfFile).reduce(add, nothing)
    // Tests that a name left out are reported as skipped; they were not asked for.
    if (byName) tally = { ...tally, skipped: 0 }
    if (tally.passed + tally.failed === 0 && filters.length === 0) {
      console.log(`── ${name}: FAILED: it ran no test`)
      tally = { ...tally, failed: 1 }
    } else {
      console.log(`── ${name}: ${summary(tally)}`)
    }
    total = add(total, tally)
  }
  const ranNothing = total.passed === 0
  if (total.failed === 0 && (code !== 0 || ranNothing)) {
    console.log(`── tests: FAILED: ${ranNothing ? 'no test ran' : `vitest ended with ${code}`}`)
    return { ...total, failed: 1 }
  }
  return total
}

function readReport(file: string): VitestReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    console.log('── tests: FAILED: vitest left no report')
    return { testResults: [] }
  }
}

let total = nothing
for (const [name, command] of Object.entries(checks)) {
  if (isChosen(name)) total = add(total, await runCheck(name, command))
}
const wanted = projects.filter(isChosen)
if (wanted.length > 0) total = add(total, await runTests(wanted))

const skippedInCi = ci && total.skipped > 0
console.log(skippedInCi ? '\nWith CI set nothing may be skipped.' : '')
process.exitCode = total.failed > 0 || skippedInCi ? 1 : 0
console.log(summary(total))
