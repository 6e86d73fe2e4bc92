import { readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { platforms } from '../../src/catalogue/platforms/index.ts'
import { collectionsPage, collectionsText } from './collections.ts'
import { platformPage } from './page.ts'
import { categoryName, kindOf, table } from './words.ts'

const listPage = 'docs/providers.md'
const [begin, end] = ['<!-- platforms, written by dev/describe-platforms.ts -->', '<!-- end of the platforms -->']

export const platformFolder = 'docs/providers'

/** What the pages of the catalogue have to say, by path: one for each platform, the list of them, and that of the collections. */
export async function platformPages(): Promise<Map<string, string>> {
  const pages = platforms.map(
    definition => [`${platformFolder}/${definition.id}.md`, platformPage(definition)] as const,
  )
  const written = [
    ...pages,
    [listPage, withList(readFileSync(listPage, 'utf8'))] as const,
    [collectionsPage, collectionsText()] as const,
  ]
  return new Map(await Promise.all(written.map(async ([path, text]) => [path, await formatted(path, text)] as const)))
}

async function formatted(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), parser: 'markdown' })
}

function withList(text: string): string {
  const rows = platforms
    .toSorted((a, b) => (a.category ?? '').localeCompare(b.category ?? '') || a.name.localeCompare(b.name))
    .map(({ id, name, category = '', auth, models = {}, webhooks }) => [
      categoryName(category),
      `[${name}](providers/${id}.md)`,
      [...new Set(auth.map(kindOf))].join(', '),
      Object.keys(models).join(', '),
      webhooks ? 'yes' : '',
    ])
  const list = table(['Category', 'Platform', 'Connected by', 'Syncs', 'Webhooks'], rows)
  return `${text.slice(0, text.indexOf(begin))}${begin}\n\n${list}\n\n${text.slice(text.indexOf(end))}`
}
