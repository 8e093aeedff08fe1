using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Storage.Sequencing;
using Counterfoil.Log.Witnesses;

namespace Counterfoil.Cli.Log;

/// <summary>What the verbs of <c>log</c> are told in the same way.</summary>
static class LogArguments
{
    public static Option<string> Home() => new("--home") { Description = "The folder of the log and its key", DefaultValueFactory = _ => HomeFolder.DefaultPath };

    public static Option<bool> Json() => new("--json") { Description = "The same facts as JSON" };

    public static Option<string?> Policy() => new("--policy") { Description = "A file of C2SP tlog-policy: which logs and witnesses count" };

    public static Option<string?> Key() => new("--key") { Description = "The log's verifier key, name+id+base64, in place of a policy" };

    public static Option<string?> Postgres() => new("--postgres") { Description = "A log of many writers: its database, as \"Host=…;Username=…;Database=…\"" };

    public static Option<string?> Bucket() => new("--bucket") { Description = "With --postgres: the bucket that has the tiles, as bucket or bucket/prefix" };

    public static Option<string?> S3() => new("--s3") { Description = "The endpoint of an object store that is not Amazon's; credentials come from the environment (AWS_ACCESS_KEY_ID, …)" };

    public static Option<string> Listen(int port) => new("--listen") { Description = "Where to listen: address:port; port 0 takes a free one", DefaultValueFactory = _ => $"127.0.0.1:{port}" };

    public static IPEndPoint EndpointOf(string text) =>
        IPEndPoint.TryParse(text, out var endpoint) && text.Contains(':') ? endpoint : throw new UsageException($"'{text}' is no address to listen at", "127.0.0.1:8080, say; port 0 takes a free one");

    public static Uri AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : throw new UsageException($"'{text}' is no address of a log", "http://127.0.0.1:8080, say");

    /// <summary>The policy of a file or of a key.</summary>
    public static TrustPolicy PolicyOf(string? file, string? key)
    {
        if (file is null == key is null) throw new UsageException("one of --policy and --key says whom to believe", "--key takes what \"counterfoil log show --home DIR\" prints");
        if (key is not null) return TrustPolicy.Of(KeyOf(key));
        if (!File.Exists(file)) throw new UsageException($"there is no file '{file}'", "--policy names a file of C2SP tlog-policy");
        TrustPolicy.Parse(File.ReadAllBytes(file), out var policy).Require();
        return policy!;
    }

    public static VerifierKey KeyOf(string text)
    {
        var verdict = VerifierKey.Parse(text, out var key);
        return verdict is Verdict.Rejected { Reason: var reason } ? throw new UsageException($"that is no verifier key: {reason}", "name+id+base64, as \"counterfoil log show\" prints it") : key!;
    }

    /// <summary>Opens a home to write to, and one of its keys, which is made where there is none.</summary>
    public static (HomeFolder Home, Signer Signer) OpenHome(string folder, string holder, string key, params StoreSchema[] stores)
    {
        HomeFolder.OpenToWrite(folder, holder, TimeProvider.System, [KeyStore.Schema, .. stores], out var home).Require();
        try
        {
            KeyStore.Open(home!, Environment.GetEnvironmentVariable("COUNTERFOIL_PASSPHRASE"), RandomNumberGenerator.Create(), out var opened).Require();
            using var keys = opened!;
            keys.OpenOrCreateSigner(key, SignatureAlgorithm.Ed25519, out var signer).Require();
            return (home!, signer!);
        }
        catch
        {
            home!.Dispose();
            throw;
        }
    }

    /// <summary>Where the log of a home that is only read lies.</summary>
    public static string FolderOf(string home)
    {
        HomeFolder.OpenToRead(home, [TransparencyLog.Schema], out var opened).Require();
        using (opened)
        {
            string folder = opened!.FolderOf(TransparencyLog.Schema.Name);
            return File.Exists(Path.Combine(folder, "index.db")) ? folder : throw new UsageException($"there is no log in {home}", "\"counterfoil log run\" makes one");
        }
    }

    public static bool IsShared(string? postgres, string? bucket) => postgres is null == bucket is null ? postgres is not null
        : throw new UsageException("--postgres and --bucket go together", "the database has the order, the bucket the tiles");

    /// <summary>The object store that options name, and what is to be disposed after it.</summary>
    public static (IObjectStore Objects, AmazonS3Client Client) ObjectsOf(string bucket, string? endpoint)
    {
        var config = new AmazonS3Config();
        if (endpoint is not null) (config.ServiceURL, config.ForcePathStyle, config.AuthenticationRegion) = (AddressOf(endpoint).ToString(), true, Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1");
        AmazonS3Client client;
        try
        {
            client = new AmazonS3Client(config);
        }
        catch (AmazonClientException e)
        {
            throw new UsageException($"the object store cannot be used: {e.Message}", "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION");
        }
        int slash = bucket.IndexOf('/', StringComparison.Ordinal);
        return (slash < 0 ? new S3Objects(client, bucket) : new S3Objects(client, bucket[..slash], bucket[(slash + 1)..].TrimEnd('/') + "/"), client);
    }
}
