import { mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The folder of the fonts that the tests bring: DejaVu's sans, serif and monospace. */
export const fontFolder = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')

/**
 * A font configuration that knows these fonts and none of the machine's, as variables for a browser's environment: pages look the same
 * everywhere, and a browser without any font dies as soon as it draws a field of a form.
 * https://www.freedesktop.org/software/fontconfig/fontconfig-user.html
 */
export function fontEnvironment(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-fonts-'))
  const file = join(folder, 'fonts.conf')
  writeFileSync(file, configuration(join(folder, 'cache')))
  return { FONTCONFIG_FILE: file, FONTCONFIG_PATH: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
}

const generic = { 'sans-serif': 'DejaVu Sans', serif: 'DejaVu Serif', monospace: 'DejaVu Sans Mono' }

function configuration(cache: string): string {
  const aliases = Object.entries(generic).map(
    ([name, family]) => `<alias><family>${name}</family><prefer><family>${family}</family></prefer></alias>`,
  )
  return [
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>',
    `<dir>${escaped(fontFolder)}</dir><cachedir>${escaped(cache)}</cachedir>`,
    ...aliases,
    '</fontconfig>',
  ].join('\n')
}

function escaped(path: string): string {
  return path.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
