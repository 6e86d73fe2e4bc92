import { spawn } from 'node:child_process'

export interface ScriptResult {
  code: number | null
  signal: NodeJS.Signals | null
  output: string
}

/** Runs module code in a Node process of its own; gives what it printed. */
export function runScript(code: string, env: NodeJS.ProcessEnv = process.env): Promise<ScriptResult> {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...env, NODE_OPTIONS: '' },
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, output }))
  })
}
