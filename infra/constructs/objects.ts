import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** The bucket of results and checkpoints. */
export class Objects extends Construct {
  constructor(scope: Construct, id: string, bucketName: string) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      bucketName,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      // The parts of uploads that were never finished are stored, paid for and seen by nobody.
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(2) }],
    });
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'Its access logs would be stored and paid for; only roles of the deployment reach it.',
    );
  }
}
