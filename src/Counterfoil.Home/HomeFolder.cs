using Counterfoil.Core.Verdicts;

namespace Counterfoil.Home;

/// <summary>The folder that holds a party's log, chain, keys and journals. One process writes to it at a time; any number read.</summary>
/// <remarks>
/// <c>docs/home.md</c> describes the layout. Disk errors are thrown; what is wrong with the folder itself is a verdict that says what to
/// do.
/// </remarks>
public sealed class HomeFolder : IDisposable
{
    const string ManifestName = "home.json";

    readonly HomeLock? held;

    HomeFolder(string path, HomeManifest manifest, HomeLock? held) => (Path, Manifest, this.held) = (path, manifest, held);

    /// <summary>The folder, as an absolute path.</summary>
    public string Path { get; }

    /// <summary>What <c>home.json</c> says.</summary>
    public HomeManifest Manifest { get; private set; }

    /// <summary>Whether this process holds the lock.</summary>
    public bool IsWriter => held is not null;

    /// <summary>Where a home is when nobody says otherwise: <c>counterfoil</c> in the platform's folder for a user's local data.</summary>
    public static string DefaultPath =>
        System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "counterfoil");

    /// <summary>Opens a home to write to it, makes one where there is none, and migrates stores of older versions.</summary>
    /// <param name="path">The folder. Where it is missing it is created, 0700.</param>
    /// <param name="holder">Who opens it, in words, for others that find it locked: <c>counterfoil node run</c>.</param>
    /// <param name="clock">Since when, for the same purpose.</param>
    /// <param name="stores">The stores that this program uses.</param>
    /// <param name="home">The home. Disposing it releases the lock.</param>
    public static Verdict OpenToWrite(string path, string holder, TimeProvider clock, IReadOnlyList<StoreSchema> stores, out HomeFolder? home)
    {
        ArgumentNullException.ThrowIfNull(clock);
        CheckSchemas(stores);
        home = null;
        path = System.IO.Path.GetFullPath(path);
        PrivateFiles.CreateFolder(path);
        var verdict = PrivateFiles.CheckMode(path);
        if (!verdict.IsAccepted) return verdict;
        verdict = HomeLock.Take(path, holder, clock, out var held);
        if (!verdict.IsAccepted) return verdict;
        try
        {
            var manifest = HomeManifest.Empty;
            if (File.Exists(System.IO.Path.Combine(path, ManifestName))) verdict = ReadManifest(path, out manifest!);
            // A folder that holds something else is not to be turned into a home by a mistyped option.
            else if (Directory.EnumerateFileSystemEntries(path).FirstOrDefault(e => !HomeLock.IsPart(e) && System.IO.Path.GetFileName(e) != ManifestName + PrivateFiles.TemporarySuffix) is { } other)
                verdict = Verdict.Reject(HomeChecks.Missing, $"an empty folder, or one with {ManifestName}, at {path}",
                    $"a folder with {System.IO.Path.GetFileName(other)}");
            if (!verdict.IsAccepted) return verdict;
            var opened = new HomeFolder(path, manifest, held);
            verdict = opened.BringUpToDate(stores);
            if (!verdict.IsAccepted) return verdict;
            (home, held) = (opened, null);
            return verdict;
        }
        finally
        {
            held?.Dispose();
        }
    }

    /// <summary>Opens a home to read from it. Nothing is created, locked or migrated; a writer may be at work meanwhile.</summary>
    public static Verdict OpenToRead(string path, IReadOnlyList<StoreSchema> stores, out HomeFolder? home)
    {
        CheckSchemas(stores);
        home = null;
        path = System.IO.Path.GetFullPath(path);
        if (!File.Exists(System.IO.Path.Combine(path, ManifestName)))
            return Verdict.Reject(HomeChecks.Missing, $"a home at {path} (a command that writes makes one)", "none");
        var verdict = PrivateFiles.CheckMode(path);
        if (!verdict.IsAccepted) return verdict;
        verdict = ReadManifest(path, out var manifest);
        if (!verdict.IsAccepted) return verdict;
        foreach (var store in stores)
            if (manifest!.Stores.TryGetValue(store.Name, out int version) && version != store.Version)
                return version > store.Version
                    ? Newer(store, version)
                    : Verdict.Reject(HomeChecks.Version, $"store {store.Name} of version {store.Version} (a command that writes migrates it)", $"{version}");
        home = new HomeFolder(path, manifest!, held: null);
        return Verdict.Accept;
    }

    /// <summary>The folder of a store. A writer finds it made.</summary>
    public string FolderOf(string store)
    {
        if (!StoreSchema.IsName(store)) throw new ArgumentException($"'{store}' is not a store's name", nameof(store));
        string folder = System.IO.Path.Combine(Path, store);
        if (IsWriter) PrivateFiles.CreateFolder(folder);
        return folder;
    }

    /// <summary>Releases the lock, if this is the writer.</summary>
    public void Dispose() => held?.Dispose();

    Verdict BringUpToDate(IReadOnlyList<StoreSchema> stores)
    {
        // Refuse before the first change: a program too old for one store must not have migrated another.
        foreach (var store in stores)
            if (Manifest.Stores.TryGetValue(store.Name, out int version))
            {
                if (version > store.Version) return Newer(store, version);
                if (version < store.Version && store.Migrate is null)
                    return Verdict.Reject(HomeChecks.Version, $"store {store.Name} of version {store.Version} (this program has no migration from older ones)",
                        $"{version}");
            }
        foreach (var store in stores)
        {
            if (!Manifest.Stores.TryGetValue(store.Name, out int version)) Record(store.Name, store.Version);
            for (; version > 0 && version < store.Version; version++)
            {
                var verdict = store.Migrate!(new StoreMigration(FolderOf(store.Name), version, version + 1));
                if (!verdict.IsAccepted) return verdict;
                Record(store.Name, version + 1); // step by step, so that a crash repeats one step at most
            }
        }
        if (!File.Exists(System.IO.Path.Combine(Path, ManifestName))) Write(Manifest);
        return Verdict.Accept;
    }

    void Record(string store, int version) =>
        Write(Manifest with { Stores = new(Manifest.Stores, StringComparer.Ordinal) { [store] = version } });

    void Write(HomeManifest manifest)
    {
        PrivateFiles.Write(System.IO.Path.Combine(Path, ManifestName), manifest.Encode());
        Manifest = manifest;
    }

    static Verdict ReadManifest(string path, out HomeManifest? manifest)
    {
        manifest = null;
        var verdict = PrivateFiles.Read(System.IO.Path.Combine(path, ManifestName), HomeManifest.MaxBytes, HomeChecks.Manifest, out var bytes);
        return verdict.IsAccepted ? HomeManifest.Decode(bytes, out manifest) : verdict;
    }

    static Verdict Newer(StoreSchema store, int version) =>
        Verdict.Reject(HomeChecks.Version, $"store {store.Name} of version {store.Version} at most (a newer program wrote it: update)",
            $"{version}");

    static void CheckSchemas(IReadOnlyList<StoreSchema> stores)
    {
        ArgumentNullException.ThrowIfNull(stores);
        foreach (var store in stores)
            if (!StoreSchema.IsName(store.Name) || store.Version < 1)
                throw new ArgumentException($"'{store.Name}' version {store.Version} is not a schema", nameof(stores));
    }
}
