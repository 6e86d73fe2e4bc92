import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { variantsOfDefinitions } from './provider-variants.ts'

// Writes the table of variants in docs/providers.md anew, after the schema of definitions has changed.

const page = 'docs/providers.md'
const [begin, end] = ['<!-- variants, written by dev/describe-variants.ts -->', '<!-- end of the variants -->']
/** So many of those that use a variant are named: enough to look one up. */
const shown = 3
const rows = variantsOfDefinitions().map(({ part, variant, says, usedBy }) => [
  `\`${part}\``,
  variant,
  says,
  [...usedBy.slice(0, shown), ...(usedBy.length > shown ? ['…'] : [])].join(', '),
])
const table = [['Part', 'Variant', 'Says', 'Used by'], ['-', '-', '-', '-'], ...rows]
  .map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`)
  .join('\n')
const text = readFileSync(page, 'utf8')
const written = `${text.slice(0, text.indexOf(begin))}${begin}\n\n${table}\n\n${text.slice(text.indexOf(end))}`
writeFileSync(page, await format(written, { ...(await resolveConfig(page)), parser: 'markdown' }))
