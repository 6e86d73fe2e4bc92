import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { platformFolder, platformPages } from './platform-pages/all.ts'

// Writes the pages of the catalogue's platforms, their list in docs/providers.md and the page of the collections anew, after a
// definition or a collection has changed.

mkdirSync(platformFolder, { recursive: true })
const pages = await platformPages()
for (const [path, text] of pages) writeFileSync(path, text)
for (const name of readdirSync(platformFolder)) {
  const path = join(platformFolder, name)
  if (!pages.has(path)) rmSync(path)
}
