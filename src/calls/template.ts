import { HubError } from '../errors.ts'
import { isPathSegment } from './path-segment.ts'

/** What a template is filled from: a connection's configuration, or that and its credential. */
export type Named = Readonly<Record<string, string>>

/**
 * A text with each `{name}` replaced by what `write` makes of its value, which is told of a `{+name}`.
 * @throws HubError `INVALID_REQUEST` where a value is missing, or `write` gives undefined
 */
export function fill(
  template: string,
  values: Named,
  write: (value: string, several: boolean) => string | undefined,
): string {
  return template.replace(/\{(\+?)(\w+)\}/g, (_, several: string, name: string) => {
    const value = valueOf(values, name)
    const written = value === undefined ? undefined : write(value, several !== '')
    if (written === undefined) {
      throw new HubError('INVALID_REQUEST', { message: `The connection's configuration lacks ${name}.` })
    }
    return written
  })
}

/** What stands under a name, and not what JavaScript has there. */
export function valueOf(values: Named, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}

/** Whether all that a template leaves open is known. */
export function isKnown(template: string, values: Named): boolean {
  return [...template.matchAll(/\{\+?(\w+)\}/g)].every(([, name]) => valueOf(values, name!) !== undefined)
}

/** The path of a URL, filled: no value leads out of its segment, or of its segments where it may be several. */
export function fillPath(template: string, values: Named): string {
  return fill(template, values, (value, several) => {
    const segments = several ? value.replace(/^\//, '').split('/') : [value]
    return segments.every(isPathSegment) ? segments.map(encodeURIComponent).join('/') : undefined
  })
}

/** Visible ASCII and spaces: what else stands in a header ends it, or comes out as something else. */
const headerText = /^[\x20-\x7e]*$/

/** The value of a header, filled. */
export function fillHeader(template: string, values: Named): string {
  return fill(template, values, value => (headerText.test(value) ? value : undefined))
}

/** Headers with their values filled. */
export function fillHeaders(templates: Named | undefined, values: Named): Record<string, string> {
  const filled = Object.entries(templates ?? {}).map(([name, template]) => [name, fillHeader(template, values)])
  return Object.fromEntries(filled) as Record<string, string>
}
