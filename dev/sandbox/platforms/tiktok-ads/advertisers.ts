/** The accounts of a person; the second has two. */
export function advertisersOf(account: string): { advertiser_id: string; advertiser_name: string }[] {
  const names = account.endsWith('2') ? ['Shoes', 'Hats'] : ['Shop']
  return names.map((advertiser_name, index) => ({
    advertiser_id: `71${account.slice(3)}${index}`,
    advertiser_name,
  }))
}
