// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.

/** Where calls go, and the version of the API; see `billing-sites.ts` for accounts of another site. */
export const service = { host: 'business.aliyuncs.com', version: '2017-12-14' };
