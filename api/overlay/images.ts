import type { Entries } from './entry.ts';

/** Images: making, copying, deleting and listing them. */
export const images: Entries = {
  ListImage: {
    note: [
      'The images of the account in all their states. Free.',
      'It does not say which groups or workstations use an image, and times carry no zone.',
    ],
    rowId: ['ImageId', 'VersionId'],
    verdict: { codes: ['200'], flags: ['Success'] },
  },
  CreateImageByInstance: {
    note: [
      'Makes an image from a cloud desktop or a workstation. Image storage may be charged.',
      'Asynchronous: no operation reads the task, so poll ListImage. A repeat makes a second image.',
    ],
    effect: 'write',
    insist: { InstanceId: 'an image is made of something', InstanceType: 'says what kind of id InstanceId is' },
    verdict: { codes: ['200'], flags: ['Success'] },
  },
  StartTaskForDistributeImage: {
    note: [
      'Copies an image to further regions. Storage there may be charged.',
      'Asynchronous: follow `ImageRegionDistributeList` of ListImage, and send only regions that lack the image.',
    ],
    effect: 'write',
    insist: { DestinationRegionList: 'left out it could mean every region, and storage is charged' },
    verdict: { codes: ['200'], flags: ['Success'] },
  },
  DeleteImage: {
    note: [
      'Deletes a custom image in every region, with the desktop templates that refer to it. Nothing brings it back.',
      'It succeeded only if `Code` is 200 and both `Success` and `Data` are true.',
    ],
    effect: 'destructive',
    insist: { ImageId: 'deletes for good: never without naming what' },
    verdict: { codes: ['200'], codeRequired: true, flags: ['Success', 'Data'] },
  },
};
