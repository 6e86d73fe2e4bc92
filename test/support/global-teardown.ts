import { rmSync } from 'node:fs'

interface Started {
  folder: string
  parts: { stop(): Promise<void> }[]
}

// jest loads setup and teardown as separate modules; what they share is the process
const shared = globalThis as { causewayTestStack?: Started }

export function stopOnTeardown(folder: string, parts: Started['parts']): void {
  shared.causewayTestStack = { folder, parts }
}

/** Stops what global-setup.ts started. When the run is interrupted instead, the watchdog does it. */
export default async function globalTeardown(): Promise<void> {
  const started = shared.causewayTestStack
  if (!started) return
  await Promise.all(started.parts.map(part => part.stop()))
  rmSync(started.folder, { recursive: true, force: true })
}
