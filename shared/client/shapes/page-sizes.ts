// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.

/** Size of a page where a call names none, by operation. */
export const defaultPageSizes = {
  ListImage: 10,
  ListAppInstanceGroup: 20,
  ListAppInstances: 20,
  ListPersistentAppInstances: 20,
  ListBindInfo: 20,
  ListTagCloudResources: 50,
} as const;
