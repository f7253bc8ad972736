import { GatewayVpcEndpointAwsService, IpAddresses, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/**
 * Public subnets that nothing can reach: instances get out by addresses of their own, which cost while they run; a NAT
 * gateway would cost always.
 */
export class TrainingNetwork extends Construct {
  readonly vpc: Vpc;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.20.0.0/16'),
      maxAzs: 3,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: true }],
      restrictDefaultSecurityGroup: false,
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
    });
    acknowledge(this.vpc, 'AwsSolutions-VPC7', 'Flow logs are stored and paid for; nothing listens in this network.');
    this.securityGroup = new SecurityGroup(this, 'Instances', {
      vpc: this.vpc,
      description: 'Training instances: out to anywhere, in from nowhere.',
    });
  }
}
