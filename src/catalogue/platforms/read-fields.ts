// Options of fields that are only read.

export const read = { only: 'read' } as const
export const instant = { only: 'read', transform: { kind: 'instant', format: 'iso' } } as const
export const date = { only: 'read', transform: { kind: 'date', format: 'iso' } } as const
export const money = { only: 'read', transform: { kind: 'decimal', scale: 2 } } as const
export const decimal = { only: 'read', transform: { kind: 'decimal' } } as const
