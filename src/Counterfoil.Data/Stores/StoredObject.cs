namespace Counterfoil.Data.Stores;

/// <summary>An object of a store as it was listed: a file under a folder, or an object in a bucket.</summary>
public abstract class StoredObject
{
    /// <summary>Its name within the listing: UTF-8, <c>/</c> between parts, relative, without <c>.</c>, <c>..</c> and empty parts.</summary>
    public abstract string Name { get; }

    /// <summary>How many bytes it has.</summary>
    public abstract long Length { get; }

    /// <summary>Changes when the object does, as far as its store can tell without reading it: device, inode, size and time of change of a file; the entity tag of an object.</summary>
    public abstract string Identity { get; }

    /// <summary>Opens it for reading; the stream can seek.</summary>
    /// <exception cref="IOException">It cannot be read, or its identity is another than when it was listed.</exception>
    public abstract Stream Open();
}

/// <summary>Where objects lie.</summary>
public interface IObjectStore
{
    /// <summary>Lists the objects in the order of their names' bytes.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    ValueTask<IReadOnlyList<StoredObject>> ListAsync(CancellationToken cancellation = default);
}
