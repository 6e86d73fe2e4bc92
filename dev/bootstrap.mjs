// Plain JavaScript for any recent Node, since it runs before anything is installed:
//   node dev/bootstrap.mjs <script.ts> [args]
// installs what is missing, then runs the script on the Node that package.json brings.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, isInstalled } from './install.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const node = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node')

const [script, ...args] = process.argv.slice(2)
if (!script) {
  console.error('usage: node dev/bootstrap.mjs <script.ts> [args]')
  process.exit(2)
}
if (!isInstalled(root) || !existsSync(node)) {
  console.log('Installing the packages of package-lock.json...')
  // the tests' judges have packages of their own, which come meanwhile
  const judges = join(root, 'test', 'judges')
  await install(root, ...(script === 'dev/test.ts' && !isInstalled(judges) ? [judges] : []))
}

const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: bin + delimiter + (process.env.PATH || '') },
})
// Ctrl-C reaches the whole process group, and npm passes it on once more: scripts count signals less than a second apart
// as one (dev/signals.ts). This process only has to outlive its child and end as it ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', error => {
  console.error(`${node} could not be started: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] || 0) : (code ?? 1)))
