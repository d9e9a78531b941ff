// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.

/** Version of the API. */
export const apiVersion = '2021-09-01';
