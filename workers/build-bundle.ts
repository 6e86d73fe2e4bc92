import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bundleWorkflowCode } from '@temporalio/worker'

/** Where `npm run build:workflows` leaves the bundle unless told another file; `WORKFLOW_BUNDLE` tells a worker to use it. */
const bundlePath = fileURLToPath(new URL('../dist/workflows.cjs', import.meta.url))

/** Bundles the workflows; gives the code. */
export async function bundleWorkflows(): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    workflowInterceptorModules: [fileURLToPath(new URL('../workflows/interceptors.ts', import.meta.url))],
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error },
  })
  return code
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = process.argv[2] ?? bundlePath
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, await bundleWorkflows())
  console.log(`The workflow bundle is in ${relative('.', path)}.`)
}
