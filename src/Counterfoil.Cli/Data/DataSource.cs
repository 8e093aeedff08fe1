using Amazon.Runtime;
using Amazon.S3;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Records;
using Counterfoil.Data.Stores;

namespace Counterfoil.Cli.Data;

/// <summary>Data as people name it: files, folders, and <c>s3://bucket/prefix</c>; with how its bytes become records.</summary>
sealed class DataSource : IDisposable
{
    public const string PathHelp = "Files, folders, and s3://bucket/prefix";

    readonly List<AmazonS3Client> clients = [];

    DataSource() { }

    public IReadOnlyList<StoredObject> Objects { get; private set; } = [];

    public static string FormatHelp => $"How bytes become records: {string.Join(", ", RecordFormats.Names)} (jsonl stands for the latest jsonl/…); told by the names unless given";

    /// <summary>Lists what the paths name.</summary>
    public static async Task<DataSource> ListAsync(string[] paths, CancellationToken cancel)
    {
        var source = new DataSource();
        try
        {
            source.Objects = await new JoinedStores([.. paths.Select(source.Store)]).ListAsync(cancel);
            if (source.Objects.Count == 0) throw new UsageException($"there is no file in '{paths[0]}'", "name files, folders, or s3://bucket/prefix");
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The format of a name, or the one that the objects show to be.</summary>
    public IRecordFormat Format(string? name)
    {
        var verdict = name is null ? RecordFormats.Detect(Objects, out var format) : RecordFormats.Parse(name, out format);
        return verdict is Verdict.Rejected { Reason: var reason } ? throw new UsageException(reason.ToString(), $"name one with --format: {string.Join(", ", RecordFormats.Names)}") : format!;
    }

    /// <summary>What is read, and in which order.</summary>
    /// <param name="format">The name of a format, or null: the one that the objects show to be.</param>
    public CommitPlan Plan(string? format)
    {
        CommitPlan.Of(Format(format), Objects, out var plan).Require();
        return plan!;
    }

    /// <summary>All records of one path, made by a rule that is known, each to be read by its place.</summary>
    public static async Task<SpooledRecords> SpoolAsync(string path, Canonicaliser rule, CancellationToken cancel)
    {
        using var source = await ListAsync([path], cancel);
        using var progress = new ProgressLines();
        SpooledRecords.Read(source.Plan(rule.Id), out var records, progress.Hear, cancel).Require();
        return records!;
    }

    IObjectStore Store(string path)
    {
        if (path.StartsWith("s3://", StringComparison.Ordinal))
        {
            string[] parts = path[5..].Split('/', 2);
            if (parts[0].Length == 0) throw new UsageException($"'{path}' names no bucket", "s3://bucket/prefix");
            // The environment says where and who: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.
            var config = new AmazonS3Config { AuthenticationRegion = Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1" };
            if (Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL") is { Length: > 0 } endpoint) (config.ServiceURL, config.ForcePathStyle) = (endpoint, true);
            var client = Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") is { Length: > 0 } id && Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } secret
                ? new AmazonS3Client(new BasicAWSCredentials(id, secret), config) : new AmazonS3Client(new AnonymousAWSCredentials(), config);
            clients.Add(client);
            return new S3Store(client, parts[0], parts.Length > 1 ? parts[1] : "");
        }
        return File.Exists(path) || Directory.Exists(path) ? new FolderStore(path) : throw new UsageException($"there is no file or folder '{path}'", "name files, folders, or s3://bucket/prefix");
    }

    public void Dispose()
    {
        foreach (var client in clients) client.Dispose();
    }
}
