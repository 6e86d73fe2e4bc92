import type { Transform } from '../../../catalogue/schema/items/transforms.ts'
import { stepsOf } from '../../../calls/json-path.ts'
import { setAt } from '../../../calls/json-write.ts'

/** Values that a platform may have where a transform is used: by them both directions are tried. */
export function samplesOf(transform: Transform, places: number): unknown[] {
  if (transform === 'lower-case-code') return ['usd']
  switch (transform.kind) {
    case 'decimal':
      return [12.5, '-0.05', 0]
    case 'minor-units':
      return [1250, 0]
    case 'instant':
    case 'date':
      return [momentIn(transform.format)]
    case 'line-amount':
      return [[12.5, undefined]]
    case 'unit-price':
      return [12.5]
    case 'reciprocal':
      return [0.8]
    case 'sole':
      return [[setAt({}, stepsOf(transform.value), 'Sample')]]
    case 'any-text':
      return ['Sample', 42]
    case 'number':
      return ['42.5']
    case 'boolean':
      return [transform.yes, transform.no]
    case 'enum':
      return Object.values(transform.values).map(value => (Array.isArray(value) ? value[0] : value))
    case 'phone':
      return ['+60 12-345 6789']
    case 'text':
      return [[setAt({}, stepsOf(transform.pieces), 'Sample')]]
    case 'join':
      return [Array.from({ length: places }, (_, index) => `Sample${index}`)]
    case 'split':
      return [`Sample${transform.separator}Text`]
    case 'constant':
      return [transform.value]
  }
}

function momentIn(format: 'iso' | 'unix-seconds' | 'unix-milliseconds' | 'dotnet' | 'serial-days' | 'parts'): unknown {
  const seconds = 1_769_817_600
  switch (format) {
    case 'iso':
      return '2026-01-31T00:00:00.000Z'
    case 'unix-seconds':
      return seconds
    case 'unix-milliseconds':
      return seconds * 1000
    case 'dotnet':
      return `/Date(${seconds}000+0000)/`
    case 'serial-days':
      return 46_053
    case 'parts':
      return { year: 2026, month: 1, day: 31 }
  }
}
