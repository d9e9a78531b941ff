/** The call that clients are compared with: parameters in the query and in the body, as many operations have. */
export const input = {
  AppInstanceGroupId: 'aig-9ciijz60n4xsv0000',
  PageNumber: 1,
  PageSize: 20,
  Status: ['RUNNING', 'IDLE'] as ('RUNNING' | 'IDLE')[],
};
