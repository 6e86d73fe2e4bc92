// What the pages' calls need of jq (https://jqlang.org/manual): paths, [], [n], pipes, objects, keys, numbers, todate; -r and -n.
import { readFileSync } from 'node:fs'

const args = process.argv.slice(2)
const flags = args.filter(arg => /^-[a-z]+$/.test(arg)).join('')
const [filter = '.'] = args.filter(arg => !/^-[a-z]+$/.test(arg))

/** The outputs of one filter for one input. */
function run(text, value) {
  const parts = splitAt(text, '|')
  if (parts.length > 1) return parts.reduce((values, part) => values.flatMap(one => run(part, one)), [value])
  const source = text.trim()
  if (source === 'keys') return [Object.keys(value).sort()]
  if (source === 'todate') return [new Date(value * 1000).toISOString().replace(/\.\d+Z$/, 'Z')]
  if (/^\d+$/.test(source)) return [Number(source)]
  if (source.startsWith('{') && source.endsWith('}')) {
    const members = splitAt(source.slice(1, -1), ',').map(name => name.trim())
    return [Object.fromEntries(members.map(name => [name, value?.[name] ?? null]))]
  }
  if (source === 'keys[]') return Object.keys(value).sort()
  if (!source.startsWith('.')) throw new Error(`jq: ${JSON.stringify(source)} is not known here`)
  let values = [value]
  for (const [step, name, index] of source.matchAll(/\.?([A-Za-z_]\w*)|\[(\d*)\]/g)) {
    if (step === '') continue
    values = values.flatMap(one => {
      if (name !== undefined) return [one?.[name] ?? null]
      if (index !== '') return [one?.[Number(index)] ?? null]
      if (typeof one !== 'object' || one === null) throw new Error('jq: Cannot iterate over null')
      return Object.values(one)
    })
  }
  return values
}

function splitAt(text, separator) {
  const parts = ['']
  let depth = 0
  for (const character of text) {
    if ('{[('.includes(character)) depth++
    if ('}])'.includes(character)) depth--
    if (character === separator && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}

const input = flags.includes('n') ? '' : readFileSync(0, 'utf8').trim()
if (input !== '' || flags.includes('n')) {
  for (const output of run(filter, input === '' ? null : JSON.parse(input))) {
    const plain = flags.includes('r') && typeof output === 'string'
    process.stdout.write(`${plain ? output : JSON.stringify(output, null, 2)}\n`)
  }
}
