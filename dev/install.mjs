// Plain JavaScript for any recent Node, since it runs before anything is installed.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Whether what the lockfile of a folder names is there. npm writes node_modules/.package-lock.json as its last step and lists in
 * it what it put there, so comparing the two finds a missing, interrupted or outdated install without a stamp of our own that
 * could disagree.
 */
export function isInstalled(folder) {
  try {
    const read = file => JSON.parse(readFileSync(join(folder, file), 'utf8')).packages
    const wanted = read('package-lock.json')
    const present = read('node_modules/.package-lock.json')
    for (const [path, entry] of Object.entries(wanted)) {
      if (path === '' || (entry.optional && !present[path])) continue
      if (!present[path] || present[path].version !== entry.version || present[path].integrity !== entry.integrity)
        return false
    }
    return Object.entries(present).every(([path, entry]) => wanted[path] || entry.optional)
  } catch {
    return false
  }
}

/**
 * Installs the packages of folders' lockfiles, all at once; ends the process when one fails. Not `npm ci`: it refuses a lockfile
 * that lacks the optional packages of platforms other than the one it was made on. This takes the same versions from the
 * lockfile, adds this platform's, and writes nothing but node_modules.
 */
export async function install(...folders) {
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  const start = folder =>
    npm && /\.[cm]?js$/.test(npm)
      ? spawn(process.execPath, [npm, ...args], { cwd: folder, stdio: 'inherit' })
      : spawn('npm', args, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' })
  const failed = folder =>
    new Promise(resolve => {
      const child = start(folder)
      child.once('error', () => resolve(1))
      child.once('exit', code => resolve(code ?? 1))
    })
  const codes = await Promise.all(folders.map(failed))
  if (codes.some(code => code !== 0)) {
    console.error('npm install failed: nothing was started.')
    process.exit(codes.find(code => code !== 0))
  }
}
